"""From a message to a turn: trees, guidance, understanding, reasons and hand-off. Stores and shows nothing."""
