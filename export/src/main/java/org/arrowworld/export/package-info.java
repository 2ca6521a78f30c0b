// SPDX-License-Identifier: Apache-2.0
/**
 * Other formats out and in. Here: what every verb that writes an output shares; each format has its
 * own package.
 */
package org.arrowworld.export;
