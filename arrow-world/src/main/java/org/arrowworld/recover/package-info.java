/**
 * Saving what can be read of a damaged store into a new one. The damaged store is never changed.
 * Depends on {@code log}, {@code snapshot}, {@code store} and {@code timeline}.
 */
package org.arrowworld.recover;
