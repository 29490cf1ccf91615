import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { CursorStore } from '../../domain/base/cursor-store.js';
import { available } from '../base/aws-error.js';

/** Cursors in the pending table, beside the requests (whose keys are ids, without `#`); they never end. */
export class DynamoCursorStore implements CursorStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  async get(name: string): Promise<number | undefined> {
    const value = await this.read(name);
    return typeof value === 'number' ? value : undefined;
  }

  async put(name: string, value: number): Promise<void> {
    await this.write(name, value);
  }

  async text(name: string): Promise<string | undefined> {
    const value = await this.read(name);
    return typeof value === 'string' ? value : undefined;
  }

  async putText(name: string, value: string): Promise<void> {
    await this.write(name, value);
  }

  private async read(name: string): Promise<unknown> {
    const { Item } = await available(
      `reading cursor ${name}`,
      this.client.send(new GetCommand({ TableName: this.table, Key: { pk: `cursor#${name}` }, ConsistentRead: true })),
    );
    return Item?.['value'];
  }

  private async write(name: string, value: number | string): Promise<void> {
    await available(
      `moving cursor ${name}`,
      this.client.send(new PutCommand({ TableName: this.table, Item: { pk: `cursor#${name}`, value } })),
    );
  }
}
