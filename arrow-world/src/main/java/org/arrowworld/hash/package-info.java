// SPDX-License-Identifier: Apache-2.0
/** What proves that two worlds are equal, bit by bit (spec hash.md). */
package org.arrowworld.hash;
