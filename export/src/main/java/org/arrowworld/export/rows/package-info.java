// SPDX-License-Identifier: Apache-2.0
/**
 * Rows to be exported, whatever they are of and whatever they become: a stream of column batches.
 * The writers of formats depend on it.
 */
package org.arrowworld.export.rows;
