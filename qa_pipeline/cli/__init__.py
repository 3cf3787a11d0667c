"""The command line: one file a command group. Results on standard output, messages on error.

Exit codes: 0 done; 1 some calls could not be processed and are listed; 2 wrong use or
configuration; 3 the store is held by another process. Heavy modules are imported inside the
commands, so that ``--help`` answers at once.
"""

import sys

EXIT_CALLS_FAILED = 1
EXIT_USAGE = 2
EXIT_STORE_HELD = 3


def main() -> None:
    """Run the command line and exit with its code."""
    from qa_pipeline.cli.app import app
    from qa_pipeline.errors import QaPipelineError, StoreHeldError

    try:
        app(prog_name="qa-pipeline")
    except StoreHeldError as error:
        _say(error)
        sys.exit(EXIT_STORE_HELD)
    except QaPipelineError as error:
        _say(error)
        sys.exit(EXIT_USAGE)
    except SystemExit as ending:
        if not isinstance(ending.__context__, BrokenPipeError):
            raise
        # Whoever read our output (head, less) has seen enough; Typer calls that a failure.
        sys.stderr.close()
        sys.exit(0)


def _say(error: Exception) -> None:
    print(f"qa-pipeline: {error}", file=sys.stderr)
