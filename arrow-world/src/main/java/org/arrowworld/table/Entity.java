// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.table;

/**
 * What names an entity where a plain id does not: an {@link EntityRef}, which also says the life
 * that is meant, or the handle of a row born in this tick. Only this library implements it.
 */
public interface Entity {}
