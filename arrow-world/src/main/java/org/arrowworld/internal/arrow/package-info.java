// SPDX-License-Identifier: Apache-2.0
/** What this project's columns are as Arrow vectors. */
package org.arrowworld.internal.arrow;
