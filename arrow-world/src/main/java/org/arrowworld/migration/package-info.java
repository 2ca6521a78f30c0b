// SPDX-License-Identifier: Apache-2.0
/**
 * Schema migrations: ordered steps that make a world of one schema version one of the next (spec
 * migrations.md). Depends on {@code schema}, {@code table}, {@code snapshot} and {@code
 * internal.json}.
 */
package org.arrowworld.migration;
