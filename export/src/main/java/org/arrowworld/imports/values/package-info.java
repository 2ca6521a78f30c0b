// SPDX-License-Identifier: Apache-2.0
/**
 * What every import needs while it reads columns: a budget of memory, words by their bytes. Depends
 * on the core's errors only.
 */
package org.arrowworld.imports.values;
