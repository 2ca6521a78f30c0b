// SPDX-License-Identifier: Apache-2.0
/**
 * Schema migrations: ordered steps that make a world of one schema version one of the next (spec
 * migrations.md).
 */
package org.arrowworld.migration;
