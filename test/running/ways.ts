const canReplace = "execve" in process;
if (!canReplace)
  console.warn(`Node ${process.version} cannot replace its process; only children are tested.`);

/** How a command can be started on this Node, and the flags of `runner-program.ts` for it. */
export const ways: readonly (readonly [name: string, flags: readonly string[]])[] = [
  ["as a child", ["--child"]],
  ["as a child, masked", ["--child", "--redact"]],
  ...(canReplace ? [["in this process's place", []] as const] : []),
];
