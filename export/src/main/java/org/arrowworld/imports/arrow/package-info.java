// SPDX-License-Identifier: Apache-2.0
/**
 * Arrow IPC files and streams of anyone, read column by column (spec import.md T-20, T-21): framing
 * and metadata of all writers, only what a table can hold decoded, every length checked against the
 * bytes there are. Our own files are read by {@code org.arrowworld.internal.ipc}, which is strict
 * where this is tolerant.
 */
package org.arrowworld.imports.arrow;
