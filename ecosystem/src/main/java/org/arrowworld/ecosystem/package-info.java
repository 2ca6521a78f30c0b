// SPDX-License-Identifier: Apache-2.0
/**
 * The reference simulation: creatures and food on a torus, with births and deaths every tick. Start
 * at {@link org.arrowworld.ecosystem.EcosystemRun}, or embed {@link
 * org.arrowworld.ecosystem.Ecosystem} in a {@code LiveWorld} of one's own.
 *
 * <p>A tick is a function of the world, the seed, the {@link org.arrowworld.ecosystem.Preset} and
 * the tick's inputs; nothing else, no clock and no order of threads, comes in.
 */
package org.arrowworld.ecosystem;
