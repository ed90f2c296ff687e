// Every sentence of the interface, in both languages.

const en = {
  run: "Run",
  stop: "Stop",
  edit: "Edit",
  reset: "Reset",
  copy: "Copy",
  copied: "Copied",
  notCopied: "The browser did not allow it. Select the code and copy it.",
  runAll: "Run all",
  restart: "Restart Python",
  editor: (cell: number, cells: number) => `Python, example ${cell} of ${cells}. Esc leaves.`,
  group: (cell: number, cells: number) => `Example ${cell} of ${cells}`,
  downloading: (loaded: string, total: string) => `Starting Python: ${loaded} of ${total} MB`,
  booting: "Starting Python: loading NumPy",
  above: (cells: number) =>
    cells === 1 ? "Ran the example above first." : `Ran the ${cells} examples above first.`,
  aboveFailed: "An example above did not finish, so this one was not run.",
  running: "Running",
  waiting: "Waiting for its turn",
  same: "same as printed",
  differs: "differs from the printed result",
  done: "done (edited)",
  error: "error",
  stopped: "Stopped. Variables are kept.",
  stoppedStart: "Starting Python was stopped.",
  killed: "Python was restarted. Variables are gone; Run starts from the top.",
  restarted: "Python was restarted.",
  printed: "The page prints",
  traceback: "Traceback",
  verdict: (same: number, cells: number) => `${same} of ${cells} as printed`,
  unreachable: (file: string) =>
    `Python did not start: ${file} could not be fetched. Check the connection and press Run again, or read the printed result.`,
  corrupt: (file: string) =>
    `Python did not start: ${file} arrived damaged. Press Run to fetch it again; if that does not help, tell the site's owner.`,
  broken: (detail: string) =>
    `Python did not start: ${detail}. Use a current browser, then press Run again.`,
  crashed: "Python ended unexpectedly, perhaps for lack of memory. Press Run to start it again.",
  shortened: (lines: number) => `… ${lines} more lines are not shown`,
  check: "Check",
  checkOf: (name: string) => `Check the equation ${name}`,
  checkAgain: "Check again",
  checking: "Checking on a random network",
  sizes: "neurons in layers 0 to L",
  samples: "samples",
  refused: "Not checked:",
  statuses: {
    holds: "It holds on a random network of these sizes.",
    fails: "It fails on a random network of these sizes.",
    unreadable: "It cannot be read.",
  },
  agree: (numbers: number, shape: string) =>
    shape === "a number"
      ? `${numbers} numbers agree.`
      : `${numbers} numbers agree; both sides are ${shape}.`,
  took: (seconds: number) => `Checked in ${seconds.toFixed(2)} s by your own Python.`,
};

const zh: typeof en = {
  run: "运行",
  stop: "停止",
  edit: "编辑",
  reset: "还原",
  copy: "复制",
  copied: "已复制",
  notCopied: "浏览器不允许复制，请选中代码后手动复制。",
  runAll: "全部运行",
  restart: "重启 Python",
  editor: (cell, cells) => `Python，第 ${cell} 个示例，共 ${cells} 个。按 Esc 离开。`,
  group: (cell, cells) => `第 ${cell} 个示例，共 ${cells} 个`,
  downloading: (loaded, total) => `正在启动 Python：${loaded} / ${total} MB`,
  booting: "正在启动 Python：载入 NumPy",
  above: (cells) => `已先运行上面的 ${cells} 个示例。`,
  aboveFailed: "上面有示例没有运行完，因此没有运行这一个。",
  running: "正在运行",
  waiting: "正在排队",
  same: "与页面一致",
  differs: "与页面不同",
  done: "完成（已修改）",
  error: "出错",
  stopped: "已停止，变量仍在。",
  stoppedStart: "已停止启动 Python。",
  killed: "Python 已重启，变量已清空，再次运行会从头开始。",
  restarted: "Python 已重启。",
  printed: "页面上的结果",
  traceback: "错误回溯",
  verdict: (same, cells) => `${cells} 个示例中有 ${same} 个与页面一致`,
  unreachable: (file) =>
    `Python 没有启动：无法取得 ${file}。请检查网络后再次运行，或直接看页面上的结果。`,
  corrupt: (file) =>
    `Python 没有启动：${file} 已损坏。请再次运行以重新下载；如果仍然不行，请告诉网站维护者。`,
  broken: (detail) => `Python 没有启动：${detail}。请换用较新的浏览器，再次运行。`,
  crashed: "Python 意外退出，可能是内存不足。再次运行即可重新启动。",
  shortened: (lines) => `…… 另有 ${lines} 行没有显示`,
  check: "检验",
  checkOf: (name) => `检验公式 ${name}`,
  checkAgain: "再次检验",
  checking: "正在随机网络上检验",
  sizes: "第 0 到 L 层的神经元数",
  samples: "样本数",
  refused: "没有检验：",
  statuses: {
    holds: "在这样大小的随机网络上成立。",
    fails: "在这样大小的随机网络上不成立。",
    unreadable: "无法读取。",
  },
  agree: (numbers, shape) =>
    shape === "a number" ? `${numbers} 个数一致。` : `${numbers} 个数一致；两边都是 ${shape}。`,
  took: (seconds) => `由你的 Python 检验，用时 ${seconds.toFixed(2)} 秒。`,
};

/** The sentences in the language of the page. */
export const strings = (): typeof en =>
  document.documentElement.lang.startsWith("zh") ? zh : en;
