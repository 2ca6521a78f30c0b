// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export;

import java.util.OptionalLong;

/**
 * What was written.
 *
 * @param rows rows of all files
 * @param tick the tick of the tables, if there are any
 * @param tables how many tables
 * @param filesKept of an archive: how many files an interrupted export had left
 */
public record ExportResult(long rows, OptionalLong tick, int tables, int filesKept) {}
