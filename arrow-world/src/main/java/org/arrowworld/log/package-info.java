// SPDX-License-Identifier: Apache-2.0
/**
 * The triple log: rows in, segments on disk, rows out (spec log.md, batch.md). Knows keys and
 * codebooks, not tables.
 */
package org.arrowworld.log;
