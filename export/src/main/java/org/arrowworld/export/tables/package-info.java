/**
 * Tables of others made into stores (spec import.md): NumPy archives and directories, Arrow and CSV
 * files. Depends on the core and on the output rules of {@code org.arrowworld.export}.
 */
package org.arrowworld.export.tables;
