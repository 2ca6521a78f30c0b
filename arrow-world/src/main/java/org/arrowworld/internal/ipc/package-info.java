// SPDX-License-Identifier: Apache-2.0
/**
 * Arrow IPC framing, written and read by hand on the flatbuffers of arrow-format, because custom
 * metadata on messages, prefix-last writes and checks before allocation are not to be had
 * otherwise. Nothing else touches flatbuffers.
 *
 * @see <a href="https://arrow.apache.org/docs/format/Columnar.html">Arrow columnar format</a>
 */
package org.arrowworld.internal.ipc;
