// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.log;

import java.io.Serializable;

/**
 * The snapshot that a history begins with: rows of the log alone do not make its worlds.
 *
 * @param snapshot path of its folder in the store
 * @param position where it stands; rows before its seq are in it
 */
public record PlannedBase(String snapshot, LogPosition position) implements Serializable {}
