/** export. */
package org.arrowworld.export;
