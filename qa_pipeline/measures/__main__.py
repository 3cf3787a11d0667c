"""Write the table of measures into a document: ``python -m qa_pipeline.measures FILE``."""

import sys
from pathlib import Path

from qa_pipeline.measures.definitions import write_table

if __name__ == "__main__":
    write_table(Path(sys.argv[1]))
