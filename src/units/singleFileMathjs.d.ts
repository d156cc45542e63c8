/** The single-file build of mathjs has no declarations of its own. */
declare module "mathjs/lib/browser/math.js" {
  const math: import("mathjs").MathJsInstance;
  export default math;
}
