// Which cells must run before one can. A run always means: as if the page had been run from the top.

export class Order {
  /** The sources that ran in this Python on this page, in the order of the page. */
  private ran: string[] = [];
  private generation = -1;

  /** How many cells, from the top, have run and still stand as they ran. */
  get length(): number {
    return this.ran.length;
  }

  /**
   * From which cell on must run so that the cell at `target` can: those above that have not run, or
   * have changed since, run first. 0 means that the page's variables go and all runs anew.
   */
  firstToRun(sources: readonly string[], target: number, generation: number): number {
    if (this.generation !== generation) this.ran = [];
    this.generation = generation;
    const isPrefix =
      this.ran.length <= target && this.ran.every((source, index) => source === sources[index]);
    if (!isPrefix) this.ran = [];
    return this.ran.length;
  }

  /** The next cell has run to its end. */
  add(source: string): void {
    this.ran.push(source);
  }

  /** Let the next run begin at the top. */
  clear(): void {
    this.ran = [];
  }
}
