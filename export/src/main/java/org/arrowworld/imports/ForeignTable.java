// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.util.List;

/**
 * A table as it was found.
 *
 * @param name its name, valid or not
 * @param rows rows of every column
 * @param columns what could be read of it
 */
record ForeignTable(String name, int rows, List<ForeignColumn> columns) {}
