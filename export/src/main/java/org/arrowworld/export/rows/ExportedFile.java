// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.export.rows;

/**
 * A file that was written.
 *
 * @param path in its storage, or where it stands
 * @param rows in it
 * @param bytes its size
 */
public record ExportedFile(String path, long rows, long bytes) {}
