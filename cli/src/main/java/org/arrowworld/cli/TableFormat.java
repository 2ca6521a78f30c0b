package org.arrowworld.cli;

/** Formats of {@code aw at}, named as on the command line and as files end. */
enum TableFormat {
  arrow,
  npz,
  npy,
  parquet,
  csv
}
