/** Lines of generated code, further in. */
export const indented = (lines: readonly string[], depth = 1): string[] => lines.map((l) => "  ".repeat(depth) + l);
