// SPDX-License-Identifier: Apache-2.0
/** Directories of the Python simlog reference, in. */
package org.arrowworld.imports.simlog;
