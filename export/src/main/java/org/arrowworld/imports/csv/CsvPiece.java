// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.imports.csv;

/**
 * Whole records of a file.
 *
 * @param bytes memory that holds them, nobody else's while they are read
 * @param from where they begin
 * @param to where they end
 * @param isCut whether the last one goes on, beyond what a record may have
 */
@SuppressWarnings("ArrayRecordComponent") // memory, never compared
record CsvPiece(byte[] bytes, int from, int to, boolean isCut) {}
