// SPDX-License-Identifier: Apache-2.0
/**
 * The mutable world: tables of Arrow vectors, ids, and {@link
 * org.arrowworld.internal.world.TripleApplier}, the only code that changes them, in a live run and
 * in replay alike. Depends on {@code table}, {@code schema} and {@code log.Triples}.
 */
package org.arrowworld.internal.world;
