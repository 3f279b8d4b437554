"""What released versions wrote: kept for ever, so that every later version proves that it still reads it."""
