// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.table;

/**
 * An entity of a row table, in one of its id's lives.
 *
 * @param id row id, unsigned
 * @param gen generation
 */
public record EntityRef(int id, int gen) implements Entity {}
