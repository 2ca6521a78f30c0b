/** CSV. Depends on {@code rows} and, for decimals, on jackson-core. */
package org.arrowworld.export.csv;
