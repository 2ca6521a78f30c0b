/**
 * One tick: mutations become triples in canonical order, and triples become state (spec order.md).
 * Live run and replay share {@link org.arrowworld.tick.TripleApplier}. Depends on {@code table},
 * {@code schema} and {@code log.Triples}.
 */
package org.arrowworld.tick;
