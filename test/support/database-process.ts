import { startDatabase } from '../../emulator/database'

/** Serves the embedded database until it is killed; its endpoint is the first line printed. */
void startDatabase().then(({ endpoint }) => console.log(endpoint))
