// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.ecosystem;

/**
 * An input from outside: what a spawner makes in one tick.
 *
 * @param spawnerId id of a {@code food_spawner}
 * @param rowsPerSecond food rows in a second of simulated time
 */
public record FoodRate(int spawnerId, double rowsPerSecond) {}
