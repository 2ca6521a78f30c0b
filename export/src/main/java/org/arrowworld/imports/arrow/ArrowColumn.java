// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.arrow;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.arrowworld.schema.ColumnType;

/**
 * A column of an Arrow file.
 *
 * @param name its name; columns may share one
 * @param label its type there
 * @param type its type; words are codes into {@code words}
 * @param data its values, little-endian
 * @param nulls rows without a value; their bytes mean nothing
 * @param words the words of a string column
 * @param unit what its values mean; empty if they are plain
 * @param doc what it says, for people; empty if that is not known
 * @param extension an extension type that was passed over for what it is stored as
 * @param foreign why it is no column; then it has neither type nor values
 */
public record ArrowColumn(
    String name,
    String label,
    Optional<ColumnType> type,
    ByteBuffer data,
    BitSet nulls,
    List<String> words,
    String unit,
    String doc,
    Optional<String> extension,
    Optional<String> foreign) {}
