// What the page and the worker say to each other: types only.

/** An example as the build put it on the page; Python's `Cell.as_json` writes it. */
export interface Example {
  source: string;
  line: number;
  printed: string;
  error: string | null;
}

/** What came of an example; Python's `Session.run_cell` writes it. */
export interface Result {
  printed: string;
  error: string | null;
  traceback: string | null;
  stopped: boolean;
  same: boolean;
  place: PlaceInSource | null;
  rich: Rich[];
  /** How many characters were printed beyond what is kept. */
  dropped: number;
  /** Which stream the characters of `printed` came by: runs of so many characters. */
  streams: [StreamName, number][];
}

/** Lines count from 1, columns from 0. */
export interface PlaceInSource {
  line: number;
  column: number;
  end_line: number;
  end_column: number;
}

/** A value as more than text: HTML, a picture, a formula, or the cells of an array. */
export interface Rich {
  mime: string;
  data: string;
}

/** A name that may follow in the editor; Python's `NameFound`. */
export interface NameFound {
  label: string;
  type: string;
  path: string;
}

/** What a name means; Python's `Description`. */
export interface Description {
  signature: string;
  text: string;
}

export type StreamName = "stdout" | "stderr" | "result";

export interface RunRequest {
  kind: "run";
  run: number;
  page: string;
  cell: string;
  examples: Example[];
  /** A blob: URL; the run is stopped by revoking it. */
  stopUrl: string;
}

export interface InspectRequest {
  kind: "inspect";
  id: number;
  page: string;
  what: "complete" | "describe";
  text: string;
  source: string;
}

export type Request =
  | { kind: "start"; runtime: string; isFresh: boolean }
  | { kind: "forget"; page: string }
  | InspectRequest
  | RunRequest;

export type Reply =
  | { kind: "progress"; loaded: number; total: number }
  | { kind: "booting" }
  | { kind: "ready" }
  | ({ kind: "failed" } & Failure)
  | { kind: "loading"; run: number; name: string; loaded: number; total: number }
  | ({ kind: "lacking"; run: number } & Failure)
  | { kind: "output"; run: number; stream: StreamName; text: string }
  | { kind: "inspected"; id: number; answer: string }
  | { kind: "finished"; run: number; results: Result[] }
  | { kind: "crashed"; run: number; detail: string };

/** Why Python did not start: a file that could not be fetched, a wrong hash, or anything else. */
export type Problem = "unreachable" | "corrupt" | "broken";

/** `detail` is the name of the file, or what went wrong; `status` what a server answered, if it did. */
export interface Failure {
  problem: Problem;
  detail: string;
  status: number | null;
}
