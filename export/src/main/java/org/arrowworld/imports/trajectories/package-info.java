/**
 * Recorded trajectories as text, made into a store. Depends on {@code live} of the core and on the
 * output rules of {@code org.arrowworld.export}.
 */
package org.arrowworld.imports.trajectories;
