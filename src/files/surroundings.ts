/** Where the program runs, as far as looking for keys depends on it. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  /** The person's home folder, absolute. */
  readonly home: string;
  /**
   * The folder the program was started in, absolute.
   *
   * @throws MistralKeyError of kind `usage`, when it is asked for, where that folder has been deleted
   */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}
