// SPDX-License-Identifier: Apache-2.0
/** What every import needs while it reads columns: a budget of memory, words by their bytes. */
package org.arrowworld.imports.values;
