// SPDX-License-Identifier: Apache-2.0
/**
 * What many packages of the project need: text that is the same on every machine, hashing, the
 * nearest name.
 */
package org.arrowworld.internal;
