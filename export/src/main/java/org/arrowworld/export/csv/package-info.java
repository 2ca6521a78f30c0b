// SPDX-License-Identifier: Apache-2.0
/** CSV. */
package org.arrowworld.export.csv;
