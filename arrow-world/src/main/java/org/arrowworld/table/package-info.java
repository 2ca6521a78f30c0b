// SPDX-License-Identifier: Apache-2.0
/** The tables of a world, as users read them: views, typed columns, Arrow vectors. */
package org.arrowworld.table;
