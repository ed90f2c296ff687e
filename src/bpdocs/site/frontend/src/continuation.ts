// A Python that runs ends when the reader changes the language, for that loads another page. The
// next page is told to start it at once, so that the reader finds it running.

const KEY = "bpdocs-continue";

/** Ask the next page of this tab to start Python. */
export function askToContinue(): void {
  try {
    sessionStorage.setItem(KEY, "yes");
  } catch {
    // Storage is forbidden: the next Run starts Python, as on a first visit.
  }
}

/** Whether the page before has asked; once. */
export function isAskedToContinue(): boolean {
  try {
    const isAsked = sessionStorage.getItem(KEY) !== null;
    sessionStorage.removeItem(KEY);
    return isAsked;
  } catch {
    return false;
  }
}
