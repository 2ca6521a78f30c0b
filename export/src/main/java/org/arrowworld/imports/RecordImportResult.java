// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports;

import java.util.List;
import java.util.Map;

/**
 * What came in as a record log.
 *
 * @param records rows of the file
 * @param values values of all records
 * @param fields the fields' names
 * @param notes what was taken in a way that its owner should know of, in words
 * @param unmapped what became no field and is kept in {@code unmapped/}: why, by name
 */
public record RecordImportResult(
    long records,
    long values,
    List<String> fields,
    List<String> notes,
    Map<String, String> unmapped) {}
