r"""What the page's Check asks in the reader's browser, and the answer as JSON."""

import json
import time
from collections.abc import Sequence

from bpdocs.equations.errors import RefusedError
from bpdocs.equations.evaluating.lengths import NUMBER
from bpdocs.equations.networks.models import MAX_LAYERS, MAX_SIZE
from bpdocs.equations.verdict import check


def answer(
    latex: str, model: str, earlier: Sequence[str], sizes: Sequence[int], n_samples: int
) -> str:
    """Return the verdict on a displayed equation of a page.

    Parameters
    ----------
    latex : str
        The equation.
    model : str
        The page's model.
    earlier : sequence of str
        The displays above it that define names.
    sizes : sequence of int
        $N_0$ to $N_L$, as the reader chose them.
    n_samples : int
        $M$.

    Returns
    -------
    str
        JSON: status, sentence, seconds, and the steps with their status, sentence, shape (empty for
        numbers) and number of compared numbers; or "refused" with the sentence and the most layers
        and neurons, where the sizes are no network.
    """
    begin = time.perf_counter()
    definitions = None
    try:
        for display in earlier:
            above = check(display, model, definitions=definitions, explain=False)
            definitions = above.definitions
        verdict = check(
            latex, model, definitions=definitions, sizes=tuple(sizes), n_samples=n_samples
        )
    except RefusedError as error:
        refusal = {"status": "refused", "sentence": str(error), "seconds": 0, "steps": []}
        return json.dumps(refusal | {"most": [MAX_LAYERS, MAX_SIZE]})
    steps = [
        {
            "status": step.status,
            "sentence": step.explanation,
            "shape": "" if step.left_shape == NUMBER else step.left_shape,
            "numbers": step.n_checked,
        }
        for step in verdict.steps
    ]
    seconds = time.perf_counter() - begin
    return json.dumps(
        {
            "status": verdict.status,
            "sentence": verdict.sentence,
            "seconds": seconds,
            "steps": steps,
        }
    )
