// SPDX-License-Identifier: Apache-2.0
/**
 * The mutable world: tables of Arrow vectors, ids, and {@link
 * org.arrowworld.internal.world.TripleApplier}, the only code that changes them, in a live run and
 * in replay alike.
 */
package org.arrowworld.internal.world;
