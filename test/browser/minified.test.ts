import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

test("errors keep their names in a minified bundle", async () => {
  const { outputFiles } = await build({
    stdin: { contents: `export { ArgumentError } from "synfire";`, resolveDir: import.meta.dirname }, absWorkingDir: root,
    tsconfig: join(root, "tsconfig.json"), bundle: true, minify: true, format: "esm", write: false,
  });
  const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString("base64")}`;
  const { ArgumentError } = (await import(url)) as { readonly ArgumentError: new (code: string, problem: string, hint: string) => Error };
  expect(String(new ArgumentError("size", "too large", ""))).toBe("ArgumentError: too large");
});
