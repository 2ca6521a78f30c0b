// SPDX-License-Identifier: Apache-2.0
/** A bounded window of recent ticks in memory over a history of any size on disk. */
package org.arrowworld.window;
