import { startDatabase } from '../../emulator/dynamodb'

/** Serves the embedded database until it is killed; its endpoint is the first line printed. */
void startDatabase().then(({ endpoint }) => console.log(endpoint))
